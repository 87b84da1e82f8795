"use strict";

const main = document.getElementById("docs");

// No badge: it would send the document to a validator on the internet.
SwaggerUIBundle({ domNode: main, url: main.dataset.document, validatorUrl: null, deepLinking: true });
