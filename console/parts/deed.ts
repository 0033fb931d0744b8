import { useState } from 'react'

/** Something done by one press, and why it was refused. `refresh`: what is shown is looked at anew, whatever came of it. */
export function useDeed(refresh?: () => unknown) {
  const [problem, setProblem] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const act = (asked: Promise<unknown>): void => {
    setBusy(true)
    void asked
      .then(() => setProblem(null), setProblem)
      .finally(() => {
        setBusy(false)
        void refresh?.()
      })
  }
  return { problem, isBusy, act }
}
