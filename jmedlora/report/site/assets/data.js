// The data of the page: JSON, compressed, in elements that hold nothing else.

const TOO_OLD =
  "This browser cannot unpack the data of this page. Please use one of 2023 or newer: " +
  "Chrome or Edge 80, Firefox 113, Safari 16.4.";

function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let place = 0; place < binary.length; place += 1) bytes[place] = binary.charCodeAt(place);
  return bytes;
}

/** The value in the element called id; a text more is freed once it is read. */
async function unpacked(id) {
  const holder = document.getElementById(id);
  const raw = new Blob([decoded(holder.textContent)]);
  holder.remove();
  const stream = raw.stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

const canUnpack = () => typeof DecompressionStream === "function";
