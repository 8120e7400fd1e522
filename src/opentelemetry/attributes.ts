/** Attributes of metrics, spans and events. All but the name of the breaker have few values. */
export const attribute = {
  breaker: 'recloser.breaker',
  outcome: 'recloser.outcome',
  state: 'recloser.state',
  from: 'recloser.from',
  to: 'recloser.to',
  cause: 'recloser.cause',
} as const
