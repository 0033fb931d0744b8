import type { TotemConfig } from '../../contract/config.ts'
import type { Place } from './model.ts'

/** What every paper says of its office, and of who helps with it. */
export function placeOf({
  totem,
  office,
  verification,
}: Pick<TotemConfig, 'totem' | 'office' | 'verification'>): Place {
  const page = verification?.page
  return {
    totem,
    office: `${office.name} (${office.province})`,
    ...(page && { verifyAt: page.replace(/^https:\/\/|\/$/g, '') }),
    ...(office.phone && { phone: office.phone }),
  }
}
