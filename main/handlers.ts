import type { IpcResult } from '../contract/ipc.ts'
import type { Devices } from './devices/index.ts'
import type { Session } from './session/index.ts'
import type { CallHandlers } from './shell/calls.ts'
import type { Speech } from './speech/index.ts'

/** Width of the preview in pixels: the panel's widest column shows no more. */
const PREVIEW_WIDTH = 900

/** The work behind each call of the renderer. */
export const callHandlers = (session: Session, devices: Devices, speech: Pick<Speech, 'hear'>): CallHandlers => ({
  current: () => session.view(),
  answer(answer): undefined {
    // A touch that comes too late for its screen is ignored: the person sees the newer one already.
    session.answer(answer)
  },
  enterPin(pin): undefined {
    // SECURITY: a PIN that no state takes is overwritten here (invariant 3).
    if (!session.answer({ type: 'enterPin', pin })) pin.fill(0)
  },
  async previewPage(page): Promise<IpcResult<'previewPage'>> {
    const preview = session.preview()
    if (!preview || page > preview.pages) return null
    const raster = await devices.call('pdf.raster', { pdf: preview.pdf, page, width: PREVIEW_WIDTH })
    if (!raster.ok) return null
    const { width, height, grey } = raster.value
    return { width, height, grey }
  },
  async stay(): Promise<undefined> {
    session.stay()
    if (session.view().cardLost === null) return
    const waits = await devices.call('card.wait', {})
    if (waits.ok && waits.value.lost) session.cardWaits()
  },
  speech(told): undefined {
    speech.hear(told)
  },
})
