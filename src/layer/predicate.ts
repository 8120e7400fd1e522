/**
 * What a predicate of the user says: no when it throws, or when it would say later. Nobody waits for
 * it, and a promise that nobody waits for must not end the process when it rejects.
 */
export function says(
  option: string,
  predicate: () => unknown,
  report: (error: unknown) => void,
): boolean {
  try {
    const answer = predicate()
    if (typeof answer !== 'object' || answer === null || !('then' in answer)) return Boolean(answer)
    void Promise.resolve(answer).catch(report)
    report(new TypeError(`${option} must return true or false, got a promise`))
  } catch (error) {
    report(error)
  }
  return false
}
