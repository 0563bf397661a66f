/**
 * How many edits lie between two texts (Damerau-Levenshtein, optimal string alignment): a character added, dropped or
 * changed counts one, and so do two neighbours swapped. Infinity as soon as it is sure to be over `limit`. For short
 * texts: the time grows with the product of the lengths.
 */
export function editDistance(left: string, right: string, limit = Infinity): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = nextRow(row, left, right, { last, beforeLast });
    // Every way to the end passes through one of two neighbouring rows, since a swap skips only one.
    if (Math.min(...current, ...last) > limit) return Infinity;
    beforeLast = last;
    last = current;
  }
  const distance = at(last, right.length);
  return distance > limit ? Infinity : distance;
}

interface RowsAbove {
  readonly last: readonly number[];
  readonly beforeLast: readonly number[];
}

function nextRow(row: number, left: string, right: string, above: RowsAbove): number[] {
  const current = [row];
  for (let column = 1; column <= right.length; column += 1) {
    const isSame = left[row - 1] === right[column - 1];
    const isSwapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
    current[column] = Math.min(
      at(above.last, column) + 1,
      at(current, column - 1) + 1,
      at(above.last, column - 1) + (isSame ? 0 : 1),
      isSwapped ? at(above.beforeLast, column - 2) + 1 : Infinity,
    );
  }
  return current;
}

/** A cell of a row of the table; what lies outside it can never be the shortest way. */
function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
