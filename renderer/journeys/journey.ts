import type { ReactNode } from 'react'
import type { z } from 'zod'
import type { JourneyName, journeys, Screen, ScreenOf } from '../../contract/journeys/index.ts'
import type { View } from '../../contract/visit.ts'

export type ScreenName = Screen['screen']
/** Names of the screens that a journey adds to the contract. */
export type ScreensOf<J extends JourneyName> = z.infer<(typeof journeys)[J]['screens'][number]>['screen']

/** A component for each screen: a screen without a drawing does not compile. */
export type Drawings<S extends ScreenName> = { [Name in S]: (props: { screen: ScreenOf<Name> }) => ReactNode }

/** Sample screens by the name that the gallery gives them; a name that ends in `-cie` means the contactless reader. */
type Samples<S extends ScreenName> = Record<string, ScreenOf<S>>

/** The frame around a screen, which main takes from its chart; test/conformance compares each sample with the chart. */
export interface Sampled<S extends ScreenName> extends Partial<Pick<View, 'canGoBack' | 'canLeave'>> {
  shown: Samples<S>
  /** Shown in a visit that is not for a certificate: the steps are those of a certificate. */
  withoutSteps?: Samples<S>
}

/** Samples of each screen: a screen without one does not compile. Without a frame, leave is offered and back is not. */
export type SamplesOf<J extends JourneyName> = { [Name in ScreensOf<J>]: Sampled<Name> }
