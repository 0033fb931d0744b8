import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MESSAGE_VALUES, messageValues } from './message-values.ts'

test('renderer/i18n/message-values.ts is what scripts/message-values.ts makes of the Italian texts', () => {
  expect(readFileSync(MESSAGE_VALUES, 'utf8')).toBe(messageValues())
})
