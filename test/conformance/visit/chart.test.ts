import { describe, expect, test } from 'vitest'
import { journeys, type Screen, screen, stepOf } from '../../../contract/journeys/index.ts'
import { err, ok } from '../../../contract/result.ts'
import type { View } from '../../../contract/visit.ts'
import { screens, states } from '../../../main/journeys/index.ts'
import { machine } from '../../../main/session/machine.ts'
import type { VisitEvent } from '../../../main/visit/chart.ts'
import { refused, type VisitServices } from '../../../main/visit/services.ts'
import { galleryViews } from '../../../renderer/gallery-views.ts'
import { answersOfAll } from '../../support/visit/answers.ts'
import { cie, cns, member, OPERATION, outcome, payment, pin, scripted } from '../../support/visit/scripted-visit.ts'
import { answerTypes, type Frame, standingStates, walk } from '../../support/visit/walk.ts'

const requestedAt = '2026-11-22T10:00:00.000Z'
const family = [member('AB10234CX', true), member('AB10234CY', false)]
const fault = err({ kind: 'print-fault', status: 'jam', page: 1 }) as Awaited<ReturnType<VisitServices['print']>>

/** Services with every outcome that the chart tells apart. */
const services = [
  {},
  {
    readCard: async () => ok(cie),
    enter: async () =>
      ok({ token: null, idAnpr: null, family: null, languages: [], waiting: [], pending: 0, notices: [] }),
  },
  { readCard: async () => ok({ ...cns, pinPad: true }) },
  { readCard: async () => err(refused('card-unknown')), triesLeft: () => 1 },
  { readCard: async () => err(refused('card-removed')) },
  { triesLeft: () => 1 },
  { recognise: async () => err({ kind: 'wrong-pin', triesLeft: 1 }) },
  { recognise: async () => err({ kind: 'wrong-pin', triesLeft: 2 }) },
  { recognise: async () => err(refused('pin-blocked')) },
  { possession: async () => err({ kind: 'wrong-can' }) },
  { possession: async () => err(refused('card-altered')) },
  { enter: async () => err(refused('person-not-found')) },
  {
    enter: async () =>
      ok({
        token: 't',
        idAnpr: 'AB10234CX',
        family,
        languages: [],
        waiting: [{ outcome, requestedAt }],
        pending: 0,
        notices: [],
      }),
  },
  { visura: async () => err({ kind: 'unavailable' }) },
  { visura: async () => err(refused('visura-refused')) },
  { person: async () => null },
  { accesses: async () => null, withdraw: async () => 'too-late', payments: async () => [] },
  { preview: async () => err({ kind: 'unavailable' }) },
  { preview: async () => err(refused('certificate-not-issuable')) },
  { request: async () => ok({ state: 'queued', operation: OPERATION, requestedAt }) },
  { request: async () => err({ kind: 'storage-full' }) },
  { request: async () => err(refused('not-in-family')) },
  { print: async () => fault },
  { print: async () => err({ kind: 'unprintable' }) },
  { handOver: async () => err({ kind: 'unavailable' }) },
  { handoverBecame: async () => 'contested' },
  { openPayment: async () => err({ kind: 'unavailable' }) },
  {
    openPayment: async () =>
      ok({
        payment: {
          ...{ ...payment, state: 'unspendable' },
          refund: { receipt: 'R1', cents: 1600, reason: 'person-removed', by: requestedAt },
        },
        until: requestedAt,
      }),
  },
  { sendByEmail: async () => err({ kind: 'unavailable' }) },
  { sendByEmail: async () => err({ kind: 'refused' }) },
  { domiciles: async () => ok([]) },
] satisfies Partial<VisitServices>[]

const hardware: VisitEvent[] = [
  { type: 'slot', card: 1, lost: false, contactless: false },
  { type: 'slot', card: null, lost: false, contactless: false },
  { type: 'slot', card: 1, lost: true, contactless: true },
  { type: 'card.removed' },
  { type: 'card.present' },
  { type: 'card.back' },
  { type: 'card.lost' },
  { type: 'timeout' },
  { type: 'printer', status: 'ready' },
  { type: 'printer', status: 'absent' },
  { type: 'issued', operation: OPERATION },
  { type: 'progress', progress: { page: 1, pages: 2, band: 1, bands: 4 } },
]

const answers: VisitEvent[] = [...answersOfAll, { type: 'enterPin', pin: pin() }]
const healthy = await walk({ answers, hardware, services: services.map((changes) => scripted(changes)) })
const unwell = await Promise.all(
  (['starting', 'storage-full', 'reader-unavailable', 'device-unavailable'] as const).map((out) =>
    walk({ answers, hardware: [], services: [scripted({ outOfService: () => out })] }),
  ),
)
const seen = [...healthy, ...unwell.flat()]

describe('the chart of a visit', () => {
  test('every state can be reached, and is shown', () => {
    const reached = new Set(seen.map(({ path }) => path))
    // States that the machine passes through without a stop.
    const passed = /^visit[.](cardExpiry[.]start|goodbye[.]start|printing\w+[.]way)$/
    expect(standingStates().filter((path) => !reached.has(path) && !passed.test(path))).toEqual([])
  })

  test('every screen of the contract is shown by a state of its own journey', () => {
    const named = (name: keyof typeof journeys) =>
      journeys[name].screens.map(({ shape }) => shape.screen.value as Screen['screen'])
    const stateNames = Object.fromEntries(
      Object.entries(screens).flatMap(([journey, shows]) => Object.keys(shows).map((state) => [state, journey])),
    )
    const shown = new Map<string, Set<string>>()
    for (const { path, frame } of seen) {
      const [top = '', state = top] = path.split('.')
      const journey = stateNames[state] ?? state
      shown.set(frame.screen.screen, (shown.get(frame.screen.screen) ?? new Set()).add(journey))
    }
    for (const name of Object.keys(journeys) as (keyof typeof journeys)[])
      for (const shownAs of named(name)) {
        // A journey's own state that prints shows the screens of `paper`.
        if (name === 'paper') expect([...(shown.get(shownAs) ?? [])], shownAs).toContain('paper')
        else expect([...(shown.get(shownAs) ?? [])], shownAs).toEqual([name])
      }
    expect(Object.keys(stepOf).sort()).toEqual(screen.options.map(({ shape }) => shape.screen.value).sort())
  })

  test('the language can be changed on every screen, and nothing else changes there', () => {
    // Where the language is what is asked for, the choice is the answer.
    const lost = seen.filter(
      ({ path, frame, switched }) =>
        path !== 'visit.language' &&
        JSON.stringify(switched) !== JSON.stringify({ path, frame: { ...frame, language: 'fr' } }),
    )
    expect(lost.map(({ path }) => path)).toEqual([])
  })

  test('no two journeys use one state’s name or answer', () => {
    const names = Object.values(states).flatMap((one) => Object.keys(one))
    expect(names).toEqual([...new Set(names)])
    expect(Object.keys(machine.states.visit?.states ?? {}).sort()).toEqual([...names].sort())
    expect(answerTypes).toEqual([...new Set(answerTypes)])
  })

  test('the idle warning comes where a person chooses, and never while the totem works', () => {
    for (const { path, frame, waits, works } of seen) {
      expect(waits, path).toBe(!works && !/^(attract|visit[.]goodbye)/.test(path))
      expect(frame.canLeave && /starting|attract|out-of-service/.test(frame.screen.screen)).toBe(false)
    }
  })
})

describe('the gallery shows what main shows', () => {
  const frameOf = ({ screen: shown, step, canGoBack, canLeave, cardLost }: View | Frame) =>
    JSON.stringify([shown.screen, { step, canGoBack, canLeave, cardLost: cardLost !== null && cardLost !== false }])
  const gallery = Object.values(galleryViews('it'))

  test('each frame of each screen has a sample', () => {
    const samples = new Set(gallery.map(({ screen: { screen: name } }) => name))
    expect([...new Set(seen.map(({ frame }) => frame.screen.screen))].filter((name) => !samples.has(name))).toEqual([])
  })

  test('each sample is framed as main frames that screen', () => {
    const frames = new Set(seen.map(({ frame }) => frameOf(frame)))
    expect([...new Set(gallery.map(frameOf))].filter((frame) => !frames.has(frame))).toEqual([])
  })
})
