// A question's three pictures, loaded and decoded before any of them is shown.

const loaded = new Map();

/** Loads a question's pictures; resolves to {layout, first, second}, elements ready to paint. */
export function load(question) {
  if (!loaded.has(question.id)) {
    const pictures = loadAll(question.id);
    pictures.catch(() => loaded.delete(question.id)); // the next attempt asks again
    loaded.set(question.id, pictures);
  }
  return loaded.get(question.id);
}

/** Lets go of a question's pictures. */
export function forget(question) {
  loaded.delete(question.id);
}

async function loadAll(id) {
  const names = ["layout", "first", "second"];
  const images = names.map((name) => {
    const image = new Image();
    image.src = `/pictures/${id}/${name}`;
    image.alt = ""; // the frames around them are named, and the legend says what the layout shows
    image.draggable = false;
    return image;
  });
  await Promise.all(images.map((image) => image.decode()));
  return Object.fromEntries(names.map((name, i) => [name, images[i]]));
}
