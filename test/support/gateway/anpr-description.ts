import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv } from 'ajv'
import { load } from 'js-yaml'

const FILE = join(import.meta.dirname, '../../../contract/openapi/anpr.yaml')
interface Body {
  content: Record<string, { schema: { $ref: string } }>
}
type Method = 'post' | 'get' | 'delete'
export interface Description {
  paths: Record<string, Partial<Record<Method, { requestBody?: Body; responses: Record<string, Body> }>>>
  components: { schemas: Record<string, object> }
}
/** contract/openapi/anpr.yaml: what ANPR's services take and answer. */
export const description = load(readFileSync(FILE, 'utf8')) as Description

/** What is wrong with the description itself; null: it is an OpenAPI document. */
export async function faultOfDescription(): Promise<unknown> {
  const { valid, errors } = await new Validator().validate({ ...structuredClone(description) })
  return valid ? null : errors
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
ajv.addSchema(description, 'anpr.yaml')
const faultsBy = (body: Body | undefined, value: unknown): string[] => {
  const [schema] = Object.values(body?.content ?? {}).map(({ schema: { $ref } }) => $ref)
  const check = schema === undefined ? undefined : ajv.getSchema(`anpr.yaml${schema}`)
  if (!check) return ['not described']
  return check(value) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** Where a body breaks the description; `path` is the service's, from its own name on. */
export const requestFaults = (path: string, body: unknown): string[] =>
  faultsBy(description.paths[path]?.post?.requestBody, body)
export const answerFaults = (path: string, status: number, body: unknown, method: Method = 'post'): string[] => {
  const { responses } = description.paths[path]?.[method] ?? {}
  return faultsBy(responses?.[status === 200 ? '200' : 'default'], body)
}
