import {
  type Answer,
  type Body,
  consoleApi,
  type FileRoute,
  type Params,
  type Query,
  type RouteName,
  type UploadRoute,
} from '../contract/console/api.ts'
import { type ConsoleProblemKind, consoleProblem } from '../contract/console/problem.ts'

/** The gateway does not do it, for this reason. */
export class Refused extends Error {
  kind: ConsoleProblemKind | 'no-answer'

  constructor(kind: ConsoleProblemKind | 'no-answer') {
    super(kind)
    this.kind = kind
  }
}

type With<N extends RouteName> = { params?: Params<N>; query?: Query<N>; body?: Body<N> }

/** Read of `me`, sent with each deed. */
let csrf = ''

/** The gateway counts idle minutes from what the person does, and not from screens that look again by themselves. */
const ACTS_MS = 60_000
let acted = Date.now()
for (const event of ['pointerdown', 'keydown', 'wheel'])
  document.addEventListener(event, () => {
    acted = Date.now()
  })

/** Where a route is reached; a browser saves a file of it from there. */
export function addressOf<N extends RouteName>(name: N, { params, query }: Omit<With<N>, 'body'>): string {
  const { path } = consoleApi[name]
  const filled = path.replace(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent(String((params as unknown as Record<string, unknown>)[key])),
  )
  const asked = new URLSearchParams(
    Object.entries((query ?? {}) as Record<string, unknown>).flatMap(([key, value]) =>
      value === undefined || value === '' ? [] : [[key, String(value)]],
    ),
  ).toString()
  return `/console/v1${filled}${asked && `?${asked}`}`
}

/** Sends a file; throws `Refused`. */
export async function upload<N extends UploadRoute>(
  name: N,
  { file, ...about }: Omit<With<N>, 'body'> & { file: Blob },
): Promise<Answer<N>> {
  const headers = { 'x-acted': '1', 'content-type': 'text/csv', 'x-csrf': csrf }
  return answered(name, await fetch(addressOf(name, about), { method: 'POST', body: file, headers }).catch(() => null))
}

/** Asks the console's wire; throws `Refused`. */
export async function ask<N extends Exclude<RouteName, FileRoute | UploadRoute>>(
  name: N,
  { body, ...about }: With<N> = {},
): Promise<Answer<N>> {
  const { method } = consoleApi[name]
  const response = await fetch(addressOf(name, about), {
    method,
    ...(method === 'POST' && {
      body: JSON.stringify(body ?? {}),
    }),
    headers: {
      ...(Date.now() - acted < ACTS_MS && { 'x-acted': '1' }),
      ...(method === 'POST' && { 'content-type': 'application/json', 'x-csrf': csrf }),
    },
  }).catch(() => null)
  const read = await answered(name, response)
  if (name === 'me') csrf = (read as Answer<'me'>).csrf
  return read
}

async function answered<N extends Exclude<RouteName, FileRoute>>(
  name: N,
  response: Response | null,
): Promise<Answer<N>> {
  const told: unknown = await response?.json().catch(() => null)
  if (!response?.ok) throw new Refused(consoleProblem.safeParse(told).data?.kind ?? 'no-answer')
  return consoleApi[name].answer.parse(told) as Answer<N>
}

/** Where one signs in; afterwards the same view is shown again. `fresh`: for a deed that asks for a log-in of just now. */
export const logInUrl = (fresh = false): string =>
  `/console/log-in?to=${encodeURIComponent(`${location.pathname}${location.search}`)}${fresh ? '&fresh=1' : ''}`
