/** Progress with names, shown as steps from `card` on. */
export const steps = ['card', 'request', 'paper'] as const
export type Step = (typeof steps)[number]
