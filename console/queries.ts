import { QueryClient } from '@tanstack/react-query'
import { Refused } from './ask.ts'

/** Screens look again by themselves, so that nobody presses F5; what was refused is not asked again. */
export const REFRESH_MS = 10_000

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (count, reason) => !(reason instanceof Refused && reason.kind !== 'not-now') && count < 2,
    },
  },
})
