/** Why entries are written: at the start all is new, a new configuration renews, only the rest are losses. */
export type Occasion = 'start' | 'configure' | 'loss';
