import { Agent, request } from 'undici'
import type { z } from 'zod'
import { USAGE } from './command.ts'
import { readConfig } from './settings/config.ts'
import { CONFIG, TEMPORARY, textOf, Unusable } from './settings/unusable.ts'

/** sysexits(3): no right to do it. */
const NO_PERMISSION = 77

export type AskedAs = Awaited<ReturnType<typeof openOperatorsDoor>>

/** The operators' door of a running gateway: it alone has the database. */
export async function openOperatorsDoor(values: { url?: string | undefined; ca?: string | undefined }, help: string) {
  const token = process.env.OPERATOR_TOKEN
  if (!token) throw new Unusable(USAGE, `OPERATOR_TOKEN is to hold an operator's token\n${help}`)
  const config = process.env.GATEWAY_CONFIG ? await readConfig(process.env.GATEWAY_CONFIG) : null
  const isHere = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(config?.operator.host ?? '')
  const host = isHere ? 'localhost' : config?.operator.host
  const url = values.url ?? (config && `https://${host}:${config.operator.port}`)
  const ca = values.ca ?? config?.enrolment?.gatewayCa
  if (!url || !ca) throw new Unusable(USAGE, `--url and --ca are needed, or GATEWAY_CONFIG\n${help}`)
  const dispatcher = new Agent({ connect: { ca: await textOf('--ca', ca), rejectUnauthorized: true } })

  async function ask<S extends z.ZodType>(path: string, schema: S, body?: object): Promise<z.output<S>> {
    const answer = await request(`${url}/v1/operator${path}`, {
      method: body ? 'POST' : 'GET',
      dispatcher,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((reason: NodeJS.ErrnoException) => {
      throw new Unusable(TEMPORARY, `${url} does not answer (${reason.code ?? reason.name}): is the gateway running?`)
    })
    const text = await answer.body.text()
    if (answer.statusCode === 401) throw new Unusable(NO_PERMISSION, 'OPERATOR_TOKEN is no operator’s token here')
    if (answer.statusCode === 403) throw new Unusable(NO_PERMISSION, 'this operator may not do that')
    if (answer.statusCode === 404)
      throw new Unusable(CONFIG, 'this gateway has no such room: see `enrolment` in its file')
    if (answer.statusCode !== 200) throw new Unusable(TEMPORARY, `${url} answers HTTP ${answer.statusCode}`)
    return schema.parse(JSON.parse(text))
  }
  return {
    get: <S extends z.ZodType>(path: string, schema: S) => ask(path, schema),
    post: <S extends z.ZodType>(path: string, body: object, schema: S) => ask(path, schema, body),
    close: () => dispatcher.close(),
  }
}
