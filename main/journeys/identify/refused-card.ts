import type { CardFailure } from '../../../contract/device.ts'
import { unreachable } from '../../../contract/result.ts'
import type { DeviceGone } from '../../devices/index.ts'
import { type Refused, refused } from '../../visit/services.ts'

type Ending = Exclude<CardFailure, { kind: 'wrong-pin' | 'wrong-can' }> | DeviceGone

/** The refusal that a person sees after a card failed. After `wrong-pin` and `wrong-can` the visit goes on. */
export function refusedCard(failure: Ending): Refused {
  const refusal = refusalOf(failure)
  // These two have more to say to a technician than their name.
  return failure.kind === 'card-error' || failure.kind === 'card-unsupported' ? { ...refusal, failure } : refusal
}

function refusalOf(failure: Ending): Refused {
  switch (failure.kind) {
    case 'no-card':
    case 'card-removed':
      return refused('card-removed')
    case 'card-mute':
    case 'card-unknown':
    case 'card-busy':
    case 'card-error':
    case 'card-cloned':
    case 'pin-blocked':
    case 'pin-not-entered':
    case 'card-superseded':
    case 'no-certificate':
    case 'certificate-truncated':
    case 'key-unsupported':
    case 'pin-not-active':
    case 'secure-messaging-failed':
    case 'reader-not-capable':
    case 'cie-unavailable':
      return refused(failure.kind)
    case 'card-unsupported':
      return refused(failure.kind, { card: failure.card })
    case 'reader-unavailable':
    case 'device-gone':
      return refused('reader-unavailable')
    default:
      return unreachable(failure)
  }
}
