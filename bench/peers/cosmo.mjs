export const cosmo = {};
