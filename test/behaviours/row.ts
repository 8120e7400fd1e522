/** A rule of the package, and where it is shown. */
export interface Row {
  /** What the name of a test that shows it contains. */
  readonly id: string
  /** One line. */
  readonly rule: string
  /** A test file that shows it under another name. */
  readonly test?: string
  /** Why no test shows it. */
  readonly omitted?: string
}
