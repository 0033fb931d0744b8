import type { IpcMethod } from '../contract/bridge.ts'
import type { IpcResult } from '../contract/ipc.ts'
import type { Devices } from './devices/index.ts'
import type { Session, VisitEvent } from './session/index.ts'
import type { CallHandlers } from './shell/calls.ts'

/** Pixels across of the preview on the screen: what the panel's widest column can show. */
const PREVIEW_WIDTH = 900

type PlainMethod = Extract<IpcMethod, VisitEvent['type']>

/** What each of the renderer's calls does: most are an answer to the visit. */
export function callHandlers(session: Session, devices: Devices): CallHandlers {
  // A touch that comes too late for its screen is ignored: the person sees the newer one already.
  const answer = (event: VisitEvent): undefined => {
    session.answer(event)
  }
  const plain =
    (
      type: Exclude<
        PlainMethod,
        | 'chooseLanguage'
        | 'enterPin'
        | 'enterCan'
        | 'chooseService'
        | 'choosePerson'
        | 'chooseCertificates'
        | 'choosePurpose'
        | 'printDeclaration'
      >,
    ) =>
    () =>
      answer({ type })
  return {
    current: () => session.view(),
    start: plain('start'),
    chooseLanguage: (language) => answer({ type: 'chooseLanguage', language }),
    enterPin(pin): undefined {
      // SECURITY: a PIN that no state takes is overwritten here (invariant 3).
      if (!session.answer({ type: 'enterPin', pin })) pin.fill(0)
    },
    usePinPad: plain('usePinPad'),
    askExpiry: plain('askExpiry'),
    enterCan: (can) => answer({ type: 'enterCan', can }),
    acceptLastTry: plain('acceptLastTry'),
    collect: plain('collect'),
    collectLater: plain('collectLater'),
    chooseService: (service) => answer({ type: 'chooseService', service }),
    choosePerson: (index) => answer({ type: 'choosePerson', index }),
    chooseCertificates: (types) => answer({ type: 'chooseCertificates', types }),
    choosePurpose: (purpose) => answer({ type: 'choosePurpose', purpose }),
    morePurposes: plain('morePurposes'),
    printDeclaration: (form) => answer({ type: 'printDeclaration', form }),
    printVisura: plain('printVisura'),
    async previewPage(page): Promise<IpcResult<'previewPage'>> {
      const preview = session.preview()
      if (!preview || page > preview.pages) return null
      const raster = await devices.call('pdf.raster', { pdf: preview.pdf, page, width: PREVIEW_WIDTH })
      if (!raster.ok) return null
      const { width, height, grey } = raster.value
      return { width, height, grey }
    },
    acceptPreview: plain('acceptPreview'),
    confirm: plain('confirm'),
    printAgain: plain('printAgain'),
    keepForLater: plain('keepForLater'),
    another: plain('another'),
    back: plain('back'),
    leave: plain('leave'),
    stay(): undefined {
      session.stay()
    },
  }
}
