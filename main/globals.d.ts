/** Set by scripts/build.ts. False in a packaged build, where the bench's doors are cut out (invariant 9). */
declare const __DEVELOPMENT__: boolean
/** True in the third kind of build: production, but a bench's cards and issuers are good (scripts/build.ts). */
declare const __TEST_TRUST__: boolean
/** True in the technician's command line of a package; not set where it runs from the sources. */
declare const __PACKAGED__: boolean
