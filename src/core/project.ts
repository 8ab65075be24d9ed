/** Where this project lives, from which links, image and package names are made; a test holds it equal to package.json. */
export const repository = 'https://github.com/OWNER/binfmt-keeper';
