console.log("grid")
