const page = require('../../behaviors/page')

Page({ behaviors: [page] })
