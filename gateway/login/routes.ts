import { challengeGiven } from '../../contract/gateway.ts'
import { ok } from '../../contract/result.ts'
import { type Routes, route } from '../http/route.ts'
import type { Challenges } from './challenges.ts'

/** A totem asks for what the next card signs. */
export const challengeRoutes = (challenges: Challenges): Routes =>
  route({ method: 'POST', path: '/challenges', from: 'totem', answer: challengeGiven }, async ({ caller }) =>
    ok({ challenge: await challenges.give(caller) }),
  )
