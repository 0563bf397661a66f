/** The path of the download of one's own data. */
export const dataPath = "/account/data";
