"""The Unleash live Platform's sandbox."""
