
-include guests/mini/build.mk
