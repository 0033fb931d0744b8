/** Work that recurs: `look` does it at once, `stop` waits for what is under way. */
export interface Recurring {
  look(): Promise<void>
  stop(): Promise<void>
}

/**
 * Does `work` every `everyMs`, one run after the other; a run that lasts longer than that is followed by none that waited. A run
 * that fails is told by its code, and the next one tries again: `look` never rejects.
 */
export function recurring(
  work: () => Promise<void>,
  everyMs: number,
  failed: (failure: { code?: unknown }) => void,
): Recurring {
  let last = Promise.resolve()
  let open = 0
  const look = () => {
    open++
    last = last
      .then(work)
      .catch(failed)
      .finally(() => open--)
    return last
  }
  const timer = setInterval(() => {
    if (open === 0) void look()
  }, everyMs)
  return {
    look,
    async stop() {
      clearInterval(timer)
      await last
    },
  }
}
