// A form with data-passkey asks the browser for a passkey before it is sent; without such a browser it says so and stays.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const options = JSON.parse(form.dataset.options)
  form.addEventListener("submit", async (event) => {
    const field = form.elements.namedItem("response")
    if (field.value) return
    event.preventDefault()
    try {
      const shown = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
      field.value = JSON.stringify(shown.toJSON())
      form.submit()
    } catch {
      form.querySelector("button").setAttribute("aria-invalid", "true")
    }
  })
}
