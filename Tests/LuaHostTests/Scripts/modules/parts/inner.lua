local shop = require "shop"
local list = shop.wait({1, 2})
return {list = list}
