import { z } from 'zod'

/** The highest that somebody who sits reaches over an edge, in mm above the floor (EN 301 549, 8.3, forward reach). */
const REACH_MM = 1_120
/** The lower part of the glass that the controls of every screen need, in mm. */
const CONTROLS_MM = 320
/** The smallest glass that the screens are laid out for, in mm. */
const LEAST_MM = { width: 300, height: 300 }

const positive = z.int().positive()

const measured = { mmPerPixel: z.number().positive(), bottomMm: z.number().min(0).default(700) }

/**
 * What a technician measures of the glass: the width of a pixel and the height of its lower edge above the floor, in mm. The
 * display knows its own pixels; `width` and `height` are a bench's window.
 */
export const provisionedPanel = z
  .strictObject({ width: positive.exactOptional(), height: positive.exactOptional(), ...measured })
  .superRefine(({ width, height, ...rest }, { addIssue }) => {
    if (width === undefined || height === undefined) return
    for (const { message, path } of panel.safeParse({ width, height, ...rest }).error?.issues ?? [])
      addIssue({ code: 'custom', message, path })
  })
export type ProvisionedPanel = z.infer<typeof provisionedPanel>

/** The glass as it is. One on which a control would be cut or out of reach is refused. */
export const panel = z
  .strictObject({ width: positive, height: positive, ...measured })
  .superRefine(({ width, height, mmPerPixel, bottomMm }, { addIssue }) => {
    const glass = { width: Math.round(width * mmPerPixel), height: Math.round(height * mmPerPixel) }
    if (glass.width < LEAST_MM.width || glass.height < LEAST_MM.height)
      addIssue({
        code: 'custom',
        message: `${glass.width} × ${glass.height} mm of glass; the screens need ${LEAST_MM.width} × ${LEAST_MM.height} mm`,
      })
    if (REACH_MM - bottomMm < Math.min(CONTROLS_MM, glass.height))
      addIssue({
        code: 'custom',
        path: ['bottomMm'],
        message: `${bottomMm} mm leaves ${REACH_MM - bottomMm} mm of glass below ${REACH_MM} mm; the controls need ${CONTROLS_MM} mm`,
      })
  })
export type Panel = z.infer<typeof panel>

/** How much of the glass, from its lower edge, somebody who sits can touch, in mm. */
export const reachMm = ({ height, mmPerPixel, bottomMm }: Panel): number =>
  Math.min(height * mmPerPixel, REACH_MM - bottomMm)
