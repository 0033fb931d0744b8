/** Style sheets are vite's to bundle. */
declare module '*.css'
