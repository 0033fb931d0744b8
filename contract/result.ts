/** Expected failures are values: `E` is discriminated by its `kind`. Exceptions are bugs. */
export type Result<T, E extends { kind: string }> = { ok: true; value: T } | { ok: false; error: E }

export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value })
export const err = <E extends { kind: string }>(error: E): { ok: false; error: E } => ({ ok: false, error })

/** Ends a `switch` over a union: a forgotten member is a compile error. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
