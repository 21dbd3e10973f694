local log = require "log"
log.info("started", { images = 3, name = "web" })
log.warn "careful"
print(pcall(log.info, {}) and "accepted" or "refused")
