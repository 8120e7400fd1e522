/** @jsxImportSource preact */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { RefusedError } from './session.js'
import type { BreakerRow, DashboardAction } from '../wire.js'
import type { Session } from './session.js'

/** What an operator is about to do. */
export interface Intent {
  readonly kind: DashboardAction['action']
  readonly breaker: string
  readonly hold?: { readonly id: number; readonly reason: string }
}

interface Wording {
  readonly title: string
  readonly button: string
  readonly explain: string
  readonly done: string
}

/** What each does, in the words of the one who must decide it. */
const wordings: Record<DashboardAction['action'], Wording> = {
  isolate: {
    title: 'Isolate',
    button: 'Isolate',
    explain: 'Every call is rejected until this hold is released or runs out.',
    done: 'is isolated',
  },
  release: {
    title: 'Release a hold of',
    button: 'Release',
    explain:
      'When it is the last hold, the circuit closes, or goes on with the break that ran before.',
    done: 'has one hold less',
  },
  forceHalfOpen: {
    title: 'Force half-open',
    button: 'Force half-open',
    explain: 'The next call is let through as a probe. Every hold is gone.',
    done: 'is half-open',
  },
  reset: {
    title: 'Reset',
    button: 'Reset',
    explain: 'The circuit closes and calls pass. Every hold is gone, and what was counted.',
    done: 'was reset',
  },
}

/** The buttons; each asks before it acts. */
export function ActionButtons({
  row,
  onIntent,
}: {
  row: BreakerRow
  onIntent: (intent: Intent) => void
}) {
  const button = (kind: DashboardAction['action'], usable = true) => (
    <button
      type="button"
      class={kind === 'isolate' ? 'button primary' : 'button'}
      disabled={!usable}
      onClick={() => {
        onIntent({ kind, breaker: row.name })
      }}
    >
      {wordings[kind].title}
      {kind === 'isolate' && '…'}
    </button>
  )
  return (
    <div class="buttons">
      {button('isolate')}
      {button('forceHalfOpen', row.state === 'open' || row.state === 'isolated')}
      {button('reset')}
    </div>
  )
}

const durations = [
  { name: '15 min', minutes: '15' },
  { name: '1 h', minutes: '60' },
  { name: '4 h', minutes: '240' },
  { name: 'no end', minutes: '' },
]

export function ActionDialog({
  intent,
  session,
  onDone,
  onClose,
}: {
  intent: Intent
  session: Session
  onDone: (said: string) => void
  onClose: () => void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [reason, setReason] = useState('')
  const [minutes, setMinutes] = useState('')
  const [token, setToken] = useState('')
  const [refusal, setRefusal] = useState<RefusedError>()
  const [busy, setBusy] = useState(false)
  const { title, button, explain, done } = wordings[intent.kind]

  // Before the next key: an Escape is for the dialog, not for what lies under it.
  useLayoutEffect(() => {
    dialog.current?.showModal()
  }, [])

  const submit = async () => {
    setBusy(true)
    try {
      if (token !== '') session.useToken(token)
      await session.act(actionOf(intent, reason, minutes))
      onDone(`${intent.breaker} ${done}.`)
      dialog.current?.close()
      // The button that led here may be gone by now, and the keyboard must not be lost with it.
      document.getElementById('detail-title')?.focus()
    } catch (error) {
      setRefusal(
        error instanceof RefusedError ? error : new RefusedError('unreachable', 'it failed'),
      )
    } finally {
      setBusy(false)
    }
  }

  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <h2 id="dialog-title">
          {title} <bdi>{intent.breaker}</bdi>
        </h2>
        <p class="quiet">{explain}</p>
        {intent.hold !== undefined && (
          <p>
            Hold: <bdi>{intent.hold.reason}</bdi>
          </p>
        )}
        {intent.kind === 'isolate' && (
          <>
            <label class="field">
              <span>Reason</span>
              <input
                required
                maxLength={200}
                placeholder="Shown to operators and callers"
                value={reason}
                onInput={(event) => {
                  setReason(event.currentTarget.value)
                }}
              />
            </label>
            <div class="field">
              <label for="minutes">Minutes, or nothing for no end</label>
              <div class="with-chips">
                <input
                  id="minutes"
                  type="number"
                  min="1"
                  max="525600"
                  step="any"
                  inputMode="numeric"
                  placeholder="no end"
                  value={minutes}
                  onInput={(event) => {
                    setMinutes(event.currentTarget.value)
                  }}
                />
                {durations.map((choice) => (
                  <button
                    key={choice.name}
                    type="button"
                    class="chip"
                    aria-pressed={minutes === choice.minutes}
                    onClick={() => {
                      setMinutes(choice.minutes)
                    }}
                  >
                    {choice.name}
                  </button>
                ))}
              </div>
            </div>
          </>
        )}
        {refusal !== undefined && (
          <p class="refusal" role="alert">
            Refused: {refusal.message}
          </p>
        )}
        {refusal?.code === 'unauthorized' && <TokenField token={token} onToken={setToken} />}
        <div class="buttons end">
          <button
            type="button"
            class="button"
            onClick={() => {
              dialog.current?.close()
            }}
          >
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {button}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function actionOf(intent: Intent, reason: string, minutes: string): DashboardAction {
  const { kind, breaker, hold } = intent
  if (kind === 'isolate') {
    const duration = Number(minutes) * 60_000
    return { action: kind, breaker, reason, ...(duration > 0 ? { duration } : {}) }
  }
  if (kind === 'release') return { action: kind, breaker, hold: hold?.id ?? 0 }
  return { action: kind, breaker }
}

function TokenField({ token, onToken }: { token: string; onToken: (token: string) => void }) {
  return (
    <label class="field">
      <span>Token, if you have one</span>
      <input
        type="password"
        autocomplete="off"
        value={token}
        onInput={(event) => {
          onToken(event.currentTarget.value)
        }}
      />
    </label>
  )
}

/** Shown in place of everything when not even reading is allowed. */
export function SignIn({ onToken }: { onToken: (token: string) => void }) {
  const [token, setToken] = useState('')
  return (
    <form
      class="sign-in"
      onSubmit={(event) => {
        event.preventDefault()
        onToken(token)
      }}
    >
      <h2>You may not read this yet</h2>
      <p class="quiet">Sign in where this server asks you to, or use a token.</p>
      <TokenField token={token} onToken={setToken} />
      <div class="buttons end">
        <button type="submit" class="button primary">
          Continue
        </button>
      </div>
    </form>
  )
}
