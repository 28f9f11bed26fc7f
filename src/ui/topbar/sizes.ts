/** How many members a cluster can be started with from the page. */
export const SIZES: readonly number[] = [1, 3, 5, 7, 9];
