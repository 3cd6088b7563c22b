/** Files that are dropped anywhere on the page. */

export function listenToDrops(root: HTMLElement, onFiles: (files: File[]) => void): void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    root.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    // Null: the pointer has left the page, not just one of its elements.
    if (event.relatedTarget === null) root.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    root.classList.remove("dropping");
    if (!hasFiles(event)) return;
    event.preventDefault();
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
}
