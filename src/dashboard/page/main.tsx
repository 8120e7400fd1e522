/** @jsxImportSource preact */
import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './styles.css'
import { App } from './app.js'
import { Connection } from './connection.js'
import { Session } from './session.js'
import { Store } from './store.js'

const store = new Store()
const session = new Session()
const connection = new Connection(
  session,
  (message) => {
    store.hear(message)
  },
  (line) => {
    store.setLine(line)
  },
)

const root = document.getElementById('app')
if (root !== null) render(<App store={store} session={session} connection={connection} />, root)
