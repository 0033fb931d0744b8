/** One submission in so long tells a totem's backlog as well as many whether there is room again. */
const REST_MS = 1_000

/** The totems whose last submission found no room here. For a moment their backlogs need not be read. */
export interface Full {
  note(totem: string): void
  has(totem: string): boolean
}

export function createFull(): Full {
  const since = new Map<string, number>()
  return {
    note: (totem) => void since.set(totem, performance.now()),
    has(totem) {
      const noted = since.get(totem)
      if (noted === undefined) return false
      if (performance.now() - noted < REST_MS) return true
      since.delete(totem)
      return false
    },
  }
}
