import type { IpcResult } from '../contract/ipc.ts'
import type { Devices } from './devices/index.ts'
import type { Desk } from './service/desk.ts'
import type { Session } from './session/index.ts'
import type { CallHandlers } from './shell/calls.ts'
import type { Speech } from './speech/index.ts'

/** Width of the preview in pixels: the panel's widest column shows no more. */
const PREVIEW_WIDTH = 900

const nobody: Pick<Desk, 'screen' | 'answer' | 'pin' | 'stay'> = { screen: null, answer() {}, pin() {}, stay() {} }

/** The work behind each call of the renderer. `desk`: a technician's, who has the screen while they are here. */
export const callHandlers = (
  session: Session,
  devices: Devices,
  speech: Pick<Speech, 'hear'>,
  desk: Pick<Desk, 'screen' | 'answer' | 'pin' | 'stay'> = nobody,
  view = session.view,
): CallHandlers => ({
  current: () => view(),
  answer(answer): undefined {
    // What the page of a visit would still say while a technician is at work is nobody's.
    if (desk.screen) return
    // A touch that comes too late for its screen is ignored: the person sees the newer one already.
    session.answer(answer)
  },
  enterPin(pin): undefined {
    if (desk.screen) desk.pin(pin)
    // SECURITY: a PIN that no state takes is overwritten here (invariant 3).
    else if (!session.answer({ type: 'enterPin', pin })) pin.fill(0)
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
    if (desk.screen) return void desk.stay()
    session.stay()
    if (session.view().cardLost === null) return
    const waits = await devices.call('card.wait', {})
    if (waits.ok && waits.value.lost) session.cardWaits()
  },
  speech(told): undefined {
    speech.hear(told)
  },
  service(given): undefined {
    if (desk.screen) desk.answer(given)
  },
})
