error({code = 4})
