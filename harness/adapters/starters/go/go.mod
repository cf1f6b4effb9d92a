module example.com/kazashi-adapter

go 1.19
