import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { load } from 'js-yaml'
import { expect, test } from 'vitest'
import { enrolmentDescription } from '../../scripts/enrolment-openapi.ts'

// contract/openapi/enrolment.yaml tells the registrar's questions to who writes another client.

const file = readFileSync(join(import.meta.dirname, '../../contract/openapi/enrolment.yaml'), 'utf8')

test('the file is what the contract says today', () => {
  expect(load(file)).toEqual(load(enrolmentDescription()))
})

test('it is OpenAPI 3.1, as an independent validator reads it', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(load(file) as Parameters<Validator['validate']>[0])
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  expect(validator.version).toBe('3.1')
})
