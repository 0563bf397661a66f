/** A pause that can be ended early. One is taken at a time. */
export interface Pause {
  take(milliseconds: number): Promise<void>;
  /** Ends the present pause. Without one it does nothing. */
  end(): void;
}

/** Creates a pause that is not taken yet. */
export function createPause(): Pause {
  let end = (): void => undefined;
  return {
    take: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: () => end(),
  };
}
