/** Starts the painter. */

export {};
