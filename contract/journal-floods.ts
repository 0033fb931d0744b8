/** So many entries at once, and so many an hour after that. */
export interface Limit {
  burst: number
  perHour: number
}
/**
 * How often an entry may be written before the log counts instead (main/journal/floods.ts). `same`: with these very
 * fields; `all`: of this event. A limit is far above what honest use comes to.
 */
export interface Flood {
  same?: Limit
  all?: Limit
}
/** Something is wrong, and is so until somebody mends it: once with the same fields. */
export const FAULT: Flood = { same: { burst: 1, perHour: 1 }, all: { burst: 12, perHour: 6 } }
/** A part of the totem changes its state: a flapping one does so all day. */
export const STATE: Flood = { all: { burst: 12, perHour: 12 } }
/** Sixty visits an hour with three cards each: nobody can be served faster. */
export const VISIT: Flood = { all: { burst: 60, perHour: 240 } }
/** A long paper at three seconds a page, and ten pages a minute all day. */
export const PAGES: Flood = { all: { burst: 250, perHour: 600 } }
/** Each is about another citizen's request, and the queue bounds how many there are: none is left out. */
export const REQUEST: Flood = { same: { burst: 1, perHour: 1 } }
/** A request is put off again and again while ANPR is away; the queue shows each with its attempts. */
export const PUT_OFF: Flood = { all: { burst: 100, perHour: 60 } }
