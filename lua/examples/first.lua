-- One image: build the request, look at what the rules say, import it.
local ims = require "ims"

local image = ims.system_image {
  name       = "ubuntu-22.04-golden",
  image_url  = "golden-images:ubuntu-2204.zvhd2",
  os_version = "Ubuntu 22.04 Server 64bit",
  min_disk   = 40,
  image_tags = { team = "platform", stage = "prod" },
}

local result = ims.import(image)      -- validate, submit, wait
print(result.image_id, result.image_name)
