/** Progress with names, shown as steps from `card` on. */
export const steps = ['card', 'person', 'certificate', 'purpose', 'confirm', 'paper'] as const
export type Step = (typeof steps)[number]
