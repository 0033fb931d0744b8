import { QueryCache, QueryClient } from '@tanstack/react-query'
import { Refused } from './ask.ts'

/** Screens look again by themselves, so that nobody presses F5; what was refused is not asked again. */
export const REFRESH_MS = 10_000

export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // A session that has ended is seen at once, whichever screen asked.
    onError(reason, { queryKey }) {
      if (reason instanceof Refused && reason.kind === 'signed-out' && queryKey[0] !== 'me')
        void queries.invalidateQueries({ queryKey: ['me'] })
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (count, reason) =>
        !(reason instanceof Refused && !['not-now', 'no-answer'].includes(reason.kind)) && count < 2,
    },
  },
})
