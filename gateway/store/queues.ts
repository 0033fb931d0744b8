/** Queue of the work toward ANPR; a job's data is the totem and the operation's id and nothing else. */
export const WORK = 'anpr'
/** Jobs that were given up, until an operator redrives them. */
export const DEAD = 'anpr-dead'
