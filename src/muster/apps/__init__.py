"""Django apps, one per subject; later may import earlier: people < service < channels < plans < incidents < desk."""
