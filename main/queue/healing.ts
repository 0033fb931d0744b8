import { ok, type Result } from '../../contract/result.ts'
import { codeOf, isDamage, type StorageFailure } from './database.ts'

/**
 * Wraps a store so that it opens itself anew when its file turns out to be damaged in use: the call that met the damage
 * runs again on the repaired file. `open` gets the damage's code, null at first. Members are methods and objects of
 * methods; an iterator that a method hands out is not watched. When not even an empty file can be made, it throws: the
 * program ends, and its supervisor tries again.
 */
export function healing<T extends { close(): void }>(
  open: (damage: string | null) => Result<T, StorageFailure>,
): Result<T, StorageFailure> {
  const opened = open(null)
  if (!opened.ok) return opened
  let store = opened.value

  function call(work: () => unknown): unknown {
    const damage = damageIn(work)
    if (damage.kind === 'none') return damage.answer
    store.close()
    const again = open(damage.reason)
    if (!again.ok) throw new Error(`a damaged store cannot be repaired: ${again.error.reason}`)
    store = again.value
    return work()
  }

  const watched = <O extends object>(now: () => O): O =>
    new Proxy({} as O, {
      get(_, name) {
        const member = () => now()[name as keyof O]
        if (typeof member() === 'object') return watched(() => member() as object)
        return (...args: unknown[]) => call(() => (member() as (...args: unknown[]) => unknown)(...args))
      },
    })
  return ok(watched(() => store))
}

type Damage = { kind: 'none'; answer: unknown } | { kind: 'damage'; reason: string }

function damageIn(work: () => unknown): Damage {
  try {
    const answer = work() as Result<unknown, { kind: string; reason?: string }> | null
    if (answer && typeof answer === 'object' && 'ok' in answer && !answer.ok && answer.error.kind === 'storage-corrupt')
      return { kind: 'damage', reason: answer.error.reason ?? 'storage-corrupt' }
    return { kind: 'none', answer }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { kind: 'damage', reason: codeOf(error) }
  }
}
