/** Queue of the work toward ANPR; a job's data is the operation's id and nothing else. */
export const WORK = 'anpr'
/** What was given up: an operator looks, and redrives it. */
export const DEAD = 'anpr-dead'
