"""The API, one file per family; a new family adds its endpoints to this list."""

from simulator.calls import BY_PATH
from simulator.families import (
    bizsend,
    customer,
    draft,
    freepublish,
    login,
    mass,
    media,
    menu,
    network,
    phone,
    qrcode,
    quota,
    security,
    subscribe,
    tags,
    template,
    template_library,
    templates,
    token,
    users,
    wxacode,
    wxalink,
)

FAMILIES = (
    *(token, quota, network, login, phone, security, wxacode, wxalink),
    *(menu, template, templates, template_library, subscribe, bizsend, mass, customer),
    *(users, tags, qrcode, media, draft, freepublish),
)

BY_PATH.update((endpoint.path, endpoint) for family in FAMILIES for endpoint in family.ENDPOINTS)
ENDPOINTS = BY_PATH
