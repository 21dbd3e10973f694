local ims, test = require "ims", require "test"

local production = "7a2c1f0e-0b6a-4a52-9d0c-0a1b2c3d4e5f"

local function image(name, tags, project)
  return ims.data_image {
    name = name, image_url = "images:data.zvhd2", min_disk = 20, image_tags = tags, enterprise_project_id = project,
  }
end

local function findings(request)
  local messages = {}
  for _, finding in ipairs(request:validate().errors) do messages[#messages + 1] = finding.message end
  return messages
end

test.before_each(function(cloud) cloud:put_object { bucket = "images", key = "data.zvhd2" } end)

test.case("an image that keeps the rules is imported", function()
  test.equal(ims.import(image("web-01", { cost_centre = "4711", owner = "platform" })).status, "SUCCESS")
end)

test.case("every broken rule is told at once, with where to read on", function(cloud)
  local request = image("Web_01", { cost_centre = "IT", temporary = "yes" })
  test.equal(findings(request), {
    "the name 'Web_01' does not match [a-z][a-z0-9-]*",
    "the tag 'cost_centre' is 'IT', which does not match %d%d%d%d",
    "the tag 'owner' is missing",
    "the tag 'temporary' is not allowed",
  })
  test.equal(request:validate().errors[1].hint, "see the wiki")
  test.raises(function() ims.import(request) end, { kind = "validation" })
  test.equal(cloud.requests.submit, 0)
end)

test.case("a project has rules of its own beside those for all", function()
  local tags = { cost_centre = "4711", owner = "shop" }
  test.equal(findings(image("web-01", tags, production)), {
    "the name 'web-01' does not match prod-.* in project " .. production,
    "the tag 'stage' is missing in project " .. production,
  })
  tags.stage = "prod"
  test.equal(findings(image("prod-web", tags, production)), {})
end)
